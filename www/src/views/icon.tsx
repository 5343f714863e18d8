/** Stands for a button's words where there is no room for them; the words stay its name. */
export function Icon({ path }: { path: string }) {
  return (
    <svg class="in-short" viewBox="0 0 16 16" width="18" height="18" aria-hidden="true">
      <path d={path} fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" />
    </svg>
  );
}
