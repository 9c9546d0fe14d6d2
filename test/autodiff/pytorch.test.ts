import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Attributes, float } from '../../src/onnx/index.ts'
import type { Dtype } from '../../src/tensor/index.ts'
import { gradientsOf, type Row } from './harness.ts'

/** What scripts/python/operator_fixtures.py writes: gradients of single operators by torch.autograd in float64. */
interface Case {
  readonly name: string
  readonly op: string
  readonly opset: number
  readonly attributes: Readonly<Record<string, number | string | readonly number[]>>
  readonly inputs: readonly ({ readonly dims: number[]; readonly dtype: Dtype; readonly data: number[] } | null)[]
  readonly dy: readonly { readonly dims: number[]; readonly data: number[] }[]
  readonly gradients: readonly (readonly number[] | null)[]
}

const cases = JSON.parse(readFileSync(new URL('../fixtures/operators.json', import.meta.url), 'utf8')) as Case[]

/** JSON does not tell 1 from 1.0. */
const floats = new Set(
  'alpha beta gamma lambd bias epsilon scale softcap spatial_scale extrapolation_value cubic_coeff_a value'.split(' '),
)

function rowOf({ name, op, opset, attributes, inputs, dy, gradients }: Case): Row {
  const typed = Object.entries(attributes).map(([key, value]) => {
    return [key, typeof value === 'number' && floats.has(key) ? float(value) : value] as const
  })
  return {
    operator: op,
    name,
    opset,
    attributes: Object.fromEntries(typed) as Attributes,
    inputs: inputs.map(
      (input) => input && { dims: input.dims, dtype: typeOf(input.dtype), data: input.data.map(Number) },
    ),
    constants: inputs.flatMap((input, i) => (input && !gradients[i] ? [i] : [])),
    wrt: gradients.flatMap((gradient, i) => (gradient ? [i] : [])),
    outputs: dy.length,
    weights: dy.map(({ data }) => data),
  }
}

/** float32 in the file is the precision of the run. */
const typeOf = (dtype: Dtype): Dtype | undefined => (dtype === 'float32' ? undefined : dtype)

/** Where Fovea's answer differs, and why. */
const exceptions: Readonly<Record<string, string>> = {
  'clip-edges': 'a clip passes the gradient at its bounds (methods.md), PyTorch 2.15 does not',
  'clip-only-min': 'a clip passes the gradient at its bounds (methods.md), PyTorch 2.15 does not',
  'clip-only-max': 'a clip passes the gradient at its bounds (methods.md), PyTorch 2.15 does not',
  'max-broadcast': 'of equals the first takes all (methods.md), torch.maximum shares',
  'max-pool-ceil-pads': 'ONNX Runtime 1.30 keeps a window that starts in the padding, 1.32 and PyTorch do not',
  'average-pool-ceil-pads': 'ONNX Runtime 1.30 keeps a window that starts in the padding, 1.32 and PyTorch do not',
}

/** For each input the largest error in units of the tolerance, 1e-5 + 1e-4 |value|. */
function worstErrors({ gradients }: Case, found: number[][]): number[] {
  const expected = gradients.filter((gradient) => gradient !== null)
  return expected.map((gradient, i) => {
    const values = found[i] as number[]
    expect(values.length).toBe(gradient.length)
    const errors = gradient.map((value, k) => Math.abs((values[k] as number) - value) / (1e-5 + 1e-4 * Math.abs(value)))
    return errors.some(Number.isNaN) ? Number.NaN : Math.max(...errors)
  })
}

describe('gradients are those of PyTorch in float64', () => {
  for (const given of cases) {
    const reason = exceptions[given.name]
    it(given.name + (reason ? ` (${reason})` : ''), async () => {
      const worst = gradientsOf(rowOf(given)).then((found) => worstErrors(given, found))
      if (process.env.FOVEA_ERRORS && !reason)
        process.stdout.write(`${JSON.stringify({ torch: given.name, worst: await worst })}\n`)
      const agrees = worst.then((all) => all.every((error) => error <= 1))
      if (reason) expect(await agrees.catch(() => false), 'it agrees: the exception is none any more').toBe(false)
      else for (const error of await worst) expect(error).toBeLessThanOrEqual(1)
    })
  }
})
