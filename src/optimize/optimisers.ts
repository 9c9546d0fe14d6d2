/**
 * First-order optimisers, each a step that moves parameters against a gradient, in float64. Formulas and defaults are those of
 * PyTorch's (which differ from the papers' in places: dampening spares the first step, RMSProp's epsilon is outside the root).
 */

export interface Optimiser {
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
  let velocity: Float64Array | undefined
  return {
    step(parameters, gradient) {
      if (velocity)
        for (let i = 0; i < velocity.length; i++)
          velocity[i] = momentum * (velocity[i] as number) + (1 - dampening) * (gradient[i] as number)
      else velocity = Float64Array.from(gradient)
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
  let mean: Float64Array | undefined
  let square: Float64Array | undefined
  let steps = 0
  return {
    step(parameters, gradient) {
      mean ??= new Float64Array(parameters.length)
      square ??= new Float64Array(parameters.length)
      steps++
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
  let square: Float64Array | undefined
  let velocity: Float64Array | undefined
  return {
    step(parameters, gradient) {
      square ??= new Float64Array(parameters.length)
      velocity ??= new Float64Array(parameters.length)
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
