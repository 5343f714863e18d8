import "./styles/fonts.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/parts.css";
import "./styles/network.css";
import "./styles/map.css";
import "./styles/bench.css";
import "./styles/channel.css";
import "./styles/dial.css";
import "./styles/plan.css";
import "./styles/proof.css";
import "./styles/lesson.css";
import "./styles/report.css";
import "./styles/reporting.css";
import "./styles/present.css";
import "./styles/narrow.css";
import { render } from "preact";
import { registerOffline } from "./lib/offline";
import { startHistory } from "./state/history";
import { lessonFromLink } from "./state/lessons";
import { followHash, sayVersion, writeHash } from "./state/link";
import { firstVisit } from "./state/models";
import { startPinning } from "./state/pin";
import { startPlanning } from "./state/planning";
import { showPresenting } from "./state/presenting";
import { noticeText } from "./state/store";
import { App } from "./views/app";
import { acceptDrops } from "./views/drop";

render(<App />, document.getElementById("app")!);
startPlanning();
startHistory();
startPinning();
writeHash();
followHash();
acceptDrops();
showPresenting();
const opening = location.hash;
void firstVisit()
  .then(() => lessonFromLink(opening))
  .then(() => sayVersion(opening));
registerOffline(() => {
  noticeText.value = "A newer version of this page is ready: the next load shows it.";
});
