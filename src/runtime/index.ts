export { extend } from './extend.ts'
export { type ProbeOptions, probe } from './probe.ts'
export { openProgram, type Program } from './program.ts'
export { readValues } from './values.ts'
