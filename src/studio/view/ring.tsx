/** How far a run is; turning where nobody knows. */

const around = 2 * Math.PI * 6

export function Ring({ share, says }: { share: number | null; says?: string | undefined }) {
  const text = share === null ? (says ?? 'computing') : `${Math.round(100 * share)} %`
  return (
    <span
      class={`ring ${share === null ? 'turning' : ''}`}
      role="progressbar"
      aria-label={text}
      aria-valuenow={share === null ? undefined : Math.round(100 * share)}
    >
      <span class="turn">
        <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
          <circle cx="8" cy="8" r="6" />
          <circle
            class="part"
            cx="8"
            cy="8"
            r="6"
            transform="rotate(-90 8 8)"
            stroke-dasharray={around}
            stroke-dashoffset={around * (1 - (share ?? 0.25))}
          />
        </svg>
      </span>
      {text}
    </span>
  )
}
