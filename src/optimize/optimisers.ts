/**
 * First-order optimisers, each a step that moves parameters against a gradient, in float64. Formulas and defaults are those of
 * PyTorch's (which differ from the papers' in places: dampening spares the first step, RMSProp's epsilon is outside the root).
 */

export interface Optimiser {
  /** What it remembers of earlier steps, empty before the first: given another's, it goes on where that one stopped. */
  readonly memory: Float64Array[]
  /** Moves the parameters in place. */
  step(parameters: Float64Array, gradient: ArrayLike<number>): void
}

export interface SgdOptions {
  readonly rate: number
  readonly momentum?: number
  readonly dampening?: number
}

/** v = momentum v + (1 - dampening) g (the first v is g itself); p -= rate v. */
export function sgd({ rate, momentum = 0, dampening = 0 }: SgdOptions): Optimiser {
  const memory: Float64Array[] = []
  return {
    memory,
    step(parameters, gradient) {
      const known = memory[0]
      const velocity = known ?? Float64Array.from(gradient)
      memory[0] = velocity
      if (known)
        for (let i = 0; i < velocity.length; i++)
          velocity[i] = momentum * (velocity[i] as number) + (1 - dampening) * (gradient[i] as number)
      for (let i = 0; i < parameters.length; i++)
        parameters[i] = (parameters[i] as number) - rate * (velocity[i] as number)
    },
  }
}

export interface AdamOptions {
  readonly rate: number
  readonly betas?: readonly [number, number]
  readonly epsilon?: number
}

/** Kingma and Ba 2014, arXiv 1412.6980, with both moments corrected for their start at zero. */
export function adam({ rate, betas: [first, second] = [0.9, 0.999], epsilon = 1e-8 }: AdamOptions): Optimiser {
  const memory: Float64Array[] = []
  return {
    memory,
    step(parameters, gradient) {
      const mean = remembered(memory, 0, parameters.length)
      const square = remembered(memory, 1, parameters.length)
      const count = remembered(memory, 2, 1)
      const steps = (count[0] as number) + 1
      count[0] = steps
      const [one, two] = [1 - first ** steps, 1 - second ** steps]
      for (let i = 0; i < parameters.length; i++) {
        const g = gradient[i] as number
        const m = first * (mean[i] as number) + (1 - first) * g
        const v = second * (square[i] as number) + (1 - second) * g * g
        mean[i] = m
        square[i] = v
        parameters[i] = (parameters[i] as number) - (rate * (m / one)) / (Math.sqrt(v / two) + epsilon)
      }
    },
  }
}

export interface RmsPropOptions {
  readonly rate: number
  readonly decay?: number
  readonly epsilon?: number
  readonly momentum?: number
}

/** v = decay v + (1 - decay) g^2; p -= rate g / (sqrt(v) + epsilon), or that step through a momentum. */
export function rmsProp({ rate, decay = 0.99, epsilon = 1e-8, momentum = 0 }: RmsPropOptions): Optimiser {
  const memory: Float64Array[] = []
  return {
    memory,
    step(parameters, gradient) {
      const square = remembered(memory, 0, parameters.length)
      const velocity = remembered(memory, 1, parameters.length)
      for (let i = 0; i < parameters.length; i++) {
        const g = gradient[i] as number
        const v = decay * (square[i] as number) + (1 - decay) * g * g
        const moved = momentum * (velocity[i] as number) + g / (Math.sqrt(v) + epsilon)
        square[i] = v
        velocity[i] = moved
        parameters[i] = (parameters[i] as number) - rate * moved
      }
    },
  }
}

/** Zeros at the first step. */
function remembered(memory: Float64Array[], place: number, size: number): Float64Array {
  const found = memory[place] ?? new Float64Array(size)
  memory[place] = found
  return found
}
