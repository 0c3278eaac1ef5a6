import "./components/room";
import "./offline/register";
