/** The program methods that are defined for a model: a CAM needs its head, attention rollout a transformer. */

import { compileMethod, methods, type ProgramMethod } from '../../src/explain/index.ts'
import type { VisionModel } from '../../src/models/index.ts'

export async function fittingPrograms(vision: VisionModel): Promise<ProgramMethod[]> {
  const found: ProgramMethod[] = []
  for (const method of methods) {
    if (method.kind !== 'program') continue
    const fits = await compileMethod(vision, method).then(
      () => true,
      (error: { code?: string }) => {
        if (error.code !== 'FOVEA_METHOD') throw error
        return false
      },
    )
    if (fits) found.push(method)
  }
  return found
}
