import type { ProfilesView } from "../../shared/profiles.ts";
import { useModel } from "../model.ts";
import { words } from "../words.ts";
import { AddGateway } from "./AddGateway.tsx";
import css from "./Gateways.module.css";
import { ProfileRow } from "./ProfileRow.tsx";

const said = words.gateways;

/** The gateways and accounts of this person, and the way to add one; the first of all where there is none. */
export function Gateways({ profiles }: { readonly profiles: ProfilesView }) {
  const { bridge } = useModel();
  // Only a desktop's state has this page, and only its preload the way to change it.
  const { desktop } = bridge;
  if (desktop === undefined) return null;
  const isFirst = profiles.all.length === 0;
  return (
    <main className={css.page}>
      <h1>
        {isFirst ? said.first.title : said.title} {!isFirst && <span className={css.note}>{said.note}</span>}
      </h1>
      {isFirst && <p className={css.lead}>{said.first.why}</p>}
      {!isFirst && (
        <ul className={css.list} aria-label={said.list}>
          {profiles.all.map((profile) => (
            <ProfileRow key={profile.id} profile={profile} desktop={desktop} />
          ))}
        </ul>
      )}
      {(isFirst || !profiles.isSingle) && (
        <section className={css.section} aria-label={said.add}>
          {!isFirst && <h2>{said.add}</h2>}
          <AddGateway suggested={isFirst ? profiles.suggested : null} desktop={desktop} />
        </section>
      )}
    </main>
  );
}
