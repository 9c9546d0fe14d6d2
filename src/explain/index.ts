export { type BlackBox, type BlackBoxExplanation, type BlackBoxOptions } from './black-box.ts'
export { findMethod, methods } from './catalogue.ts'
export { type Certificate, type Status, statusInWords } from './certificate.ts'
export { type ChosenLayer, chooseLayer } from './choose-layer.ts'
export { type CompiledMethod, type CompileOptions, classInput, compileMethod } from './compile.ts'
export { closeKept, type ExplainOptions, explain } from './explain.ts'
export { type Explainer, type Explanation, openExplainer, openExplainers, type Request } from './explainer.ts'
export { type Exported, type ExportOptions, exportMethod } from './export.ts'
export {
  type BlackBoxMethod,
  canCompile,
  type Display,
  type Family,
  families,
  familyTitles,
  type Images,
  type Method,
  type Peer,
  type ProgramMethod,
  type RunMethod,
  type Unrolled,
  type Written,
} from './method.ts'

export { complete as completeOptions, completeFor, type Option, type OptionSchema, type Options } from './options.ts'
export { type Detection, similarity } from './perturbation/index.ts'
export { overlayOf, type PictureOptions, rangeInWords, sheetOf } from './picture.ts'
export type { Part, ProgramView } from './program-view.ts'
export { type LedgerLine, relevanceLedger } from './propagation/index.ts'
export type { ForwardFacts, Recipe, Rules, Want } from './recipe.ts'
export type { Answers, Asked, EachOptions, Inquiry, Outcome, Sample, State, Study } from './study.ts'
export { type Together, together } from './together.ts'
export { version } from './version.ts'
