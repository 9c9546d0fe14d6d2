/** What the page asks of the worker that lays graphs out. */

export interface LayoutRequest {
  readonly nodes: readonly { readonly width: number; readonly height: number; readonly from: readonly number[] }[]
}

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Layout {
  readonly width: number
  readonly height: number
  readonly boxes: readonly Box[]
  readonly edges: readonly {
    readonly from: number
    readonly to: number
    readonly points: readonly (readonly [number, number])[]
  }[]
}
