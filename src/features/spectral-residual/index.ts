export { dft, type Spectrum } from './dft.ts'
export { spectralResidualFeature } from './feature.ts'
export {
  type SpectralResidual,
  type SpectralResidualOptions,
  spectralResidual,
  spectralResidualDefaults,
} from './spectral-residual.ts'
