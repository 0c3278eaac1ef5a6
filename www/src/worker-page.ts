import "./components/worker-room";
import "./offline/register";
