import "./components/party-tab";
import "./offline/register";
