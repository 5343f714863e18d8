import { dropping, model, reporting } from "../state/store";
import { ARRIVALS } from "../words/arrivals";
import { Bench } from "./bench";
import { Dial } from "./dial";
import { LessonCard } from "./lessons";
import { MapView } from "./map";
import { Messages } from "./messages";
import { NetworkView } from "./network";
import { PlanView } from "./plan";
import { ProofView } from "./proof";
import { Report } from "./report";
import { TopBar } from "./topbar";

export function App() {
  return (
    <>
      <TopBar />
      <Messages />
      {reporting.value ? (
        <Report />
      ) : (
        <>
          <LessonCard />
          <Page />
        </>
      )}
      {dropping.value ? (
        <div class="dropzone" aria-hidden="true">
          <p>{ARRIVALS.dropHere}</p>
        </div>
      ) : null}
    </>
  );
}

function Page() {
  return (
    <main class={model.value ? "" : "empty"}>
      <NetworkView />
      <section class="channels" aria-label="Channels">
        <MapView />
        <Bench />
      </section>
      <Dial />
      <PlanView />
      <ProofView />
    </main>
  );
}
