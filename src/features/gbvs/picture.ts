/** The stages of graph-based saliency as pictures. */

import { overlay } from '../../image/index.ts'
import type { Plane } from '../../tensor/index.ts'
import type { Stage } from '../feature.ts'
import { paintPlane, tiles } from '../paint.ts'
import type { Gbvs, GbvsChannel, GbvsMap } from './gbvs.ts'

export function stagesOf(found: Gbvs): Stage[] {
  const { image, maps, channels, saliency } = found
  const first = (maps[0] as GbvsMap).map
  const channel = (name: GbvsChannel): Stage => ({
    name,
    caption: 'mean over its features and levels',
    picture: overlay(image, channels[name], { kind: 'positive' }),
  })
  const sheet = (key: 'map' | 'activation' | 'concentrated') =>
    tiles(
      maps.map((m) => ({ label: `${label(m)} ${m.level}`, image: cells(m[key]) })),
      7,
      100,
    )
  return [
    { name: 'photograph', caption: `${image.width}x${image.height} pixels`, picture: image },
    {
      name: 'features',
      caption: `21 maps of ${first.width}x${first.height} nodes, levels 2 to 4`,
      picture: sheet('map'),
    },
    { name: 'activation', caption: 'where the first walk spends its time', picture: sheet('activation') },
    { name: 'concentration', caption: 'where the second walk gathers it', picture: sheet('concentrated') },
    channel('intensity'),
    channel('colour'),
    channel('orientation'),
    {
      name: 'saliency',
      caption: 'mean of the three; the centre is favoured',
      picture: overlay(image, saliency, { kind: 'positive' }),
    },
  ]
}

const glyphs: Readonly<Record<string, string>> = { '0': 'bars –', '45': 'bars /', '90': 'bars |', '135': 'bars \\' }
const label = ({ feature }: GbvsMap) => glyphs[feature] ?? feature

const cells = (plane: Plane) => paintPlane(plane, { min: 0, width: 100, cells: true })
