import type { Method } from '../method.ts'
import { ablationCam } from './ablation-cam.ts'
import { attentionRollout } from './attention-rollout.ts'
import { cam } from './cam.ts'
import { cameras } from './cameras.ts'
import { eigenCam } from './eigen-cam.ts'
import { eigenGradCam } from './eigen-grad-cam.ts'
import { elementwiseGradCam } from './elementwise-grad-cam.ts'
import { fem } from './fem.ts'
import { finerCam } from './finer-cam.ts'
import { gradCam } from './grad-cam.ts'
import { gradCamPlusPlus } from './grad-cam-plus-plus.ts'
import { gradientRollout } from './gradient-rollout.ts'
import { guidedGradCam } from './guided-grad-cam.ts'
import { hiResCam } from './hires-cam.ts'
import { layerCam } from './layer-cam.ts'
import { normGrad } from './norm-grad.ts'
import { ram } from './ram.ts'
import { reciproCam } from './recipro-cam.ts'
import { scoreCam } from './score-cam.ts'
import { shapleyCam } from './shapley-cam.ts'
import { xGradCam } from './x-grad-cam.ts'

/** Class activation maps: a layer's channels, weighed and summed. */
export const camMethods: readonly Method[] = [
  gradCam,
  gradCamPlusPlus,
  xGradCam,
  hiResCam,
  elementwiseGradCam,
  layerCam,
  cam,
  ram,
  shapleyCam,
  finerCam,
  normGrad,
  eigenCam,
  eigenGradCam,
  fem,
  ablationCam,
  scoreCam,
  reciproCam,
  cameras,
  guidedGradCam,
  attentionRollout,
  gradientRollout,
]
