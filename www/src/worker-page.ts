import "./components/worker-room";
