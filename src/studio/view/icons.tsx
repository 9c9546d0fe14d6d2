/** Small line drawings, 16 pixels; they say nothing to a screen reader: the button's label does. */

const paths = {
  close: 'M4 4l8 8M12 4l-8 8',
  down: 'M4.500 6.500L8 10l3.500-3.500',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  fit: 'M8 1.500v3M8 11.500v3M1.500 8h3M11.500 8h3M8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.700 10.700L14 14',
  take: 'M8 2v8M4.500 7L8 10.500 11.500 7M2.500 13.500h11',
  help: 'M5.500 6a2.500 2.500 0 1 1 3.600 2.200C8.400 8.600 8 9 8 9.800M8 12.300v.2',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1',
  moon: 'M13.500 9.500A6 6 0 0 1 6.500 2.500a6 6 0 1 0 7 7z',
  sliders: 'M2 5h6M12 5h2M2 11h2M8 11h6M10 3v4M6 9v4',
  camera: 'M2 5h3l1-2h4l1 2h3v8H2zM8 11a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z',
  folder: 'M2 4h4l1.500 1.500H14V13H2z',
  image: 'M2 3h12v10H2zM2 11l4-4 3 3 2-2 3 3',
  link: 'M6.500 9.500l3-3M7.500 4.500l1-1a2.800 2.800 0 0 1 4 4l-1 1M8.500 11.500l-1 1a2.800 2.800 0 0 1-4-4l1-1',
  more: 'M3.500 8h.1M8 8h.1M12.500 8h.1',
  again: 'M13 8a5 5 0 1 1-1.500-3.500M13 2v3h-3',
  copy: 'M5 5V2.500h8.500V11H11M2.500 5H11v8.500H2.500z',
} as const

export type IconName = keyof typeof paths

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      aria-hidden="true"
    >
      <path d={paths[name]} stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  )
}

export function Logo() {
  return (
    <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
      <path
        d="M2 12q10-12 20 0q-10 12-20 0z"
        fill="none"
        stroke="currentColor"
        stroke-width="1.600"
        stroke-linejoin="round"
      />
      <circle cx="12" cy="12" r="4" fill="#f7820e" />
      <circle cx="12" cy="12" r="1.500" fill="#fcffa4" />
    </svg>
  )
}
