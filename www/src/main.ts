import "./components/room";
