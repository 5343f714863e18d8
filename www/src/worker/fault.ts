/** What a worker throws itself, by name: the page has the sentences, so that no worker carries the words along. */
export type Fault = "no-search" | "no-network" | "no-lab-network" | "other-network" | "other-product";
