/** The whole of third-party-licences.txt. */
export function thirdParty(): string;
