import "./styles/fonts.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/parts.css";
import { render } from "preact";
import { registerOffline } from "./lib/offline";
import { followHash, writeHash } from "./state/link";
import { firstVisit } from "./state/models";
import { startPlanning } from "./state/planning";
import { App } from "./views/app";
import { acceptDrops } from "./views/drop";

render(<App />, document.getElementById("app")!);
startPlanning();
writeHash();
followHash();
acceptDrops();
void firstVisit();
registerOffline();
