/** The two grounds of a contact sheet and the studio: quiet greys, so that saturated colour belongs to data only. */

import { type Color, hex } from './canvas.ts'

export type ThemeName = 'light' | 'dark'

export interface Theme {
  readonly ground: Color
  /** behind pictures that do not fill their panel, and the track of bars */
  readonly surface: Color
  readonly line: Color
  readonly ink: Color
  readonly grey: Color
  /** the bar of the best class, and of the others */
  readonly strong: Color
  readonly weak: Color
}

export const themes: Readonly<Record<ThemeName, Theme>> = {
  light: {
    ground: hex('#ffffff'),
    surface: hex('#f1f2f4'),
    line: hex('#d9dce1'),
    ink: hex('#16181d'),
    grey: hex('#5f6672'),
    strong: hex('#3f4652'),
    weak: hex('#a9afba'),
  },
  dark: {
    ground: hex('#101114'),
    surface: hex('#1c1f25'),
    line: hex('#2a2e36'),
    ink: hex('#e8eaee'),
    grey: hex('#9aa1ad'),
    strong: hex('#c9ced8'),
    weak: hex('#5b626e'),
  },
}
