export { activate, concentrate, type Dissimilarity, proximity } from './chain.ts'
export { gbvsFeature } from './feature.ts'
export { type Gbvs, type GbvsChannel, type GbvsMap, type GbvsOptions, gbvs, gbvsDefaults } from './gbvs.ts'
