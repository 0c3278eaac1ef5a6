import "./components/party-tab";
