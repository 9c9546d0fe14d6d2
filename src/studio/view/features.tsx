/** The hand-made features, stage by stage. */

import { useEffect, useRef } from 'preact/hooks'
import {
  cancelFeature,
  featureInfo,
  featureName,
  featureNames,
  featureOptions,
  featureRun,
  followFeatures,
  second,
  secondImage,
  setFeatureOptions,
} from '../state/features.ts'
import { images, picture } from '../state/images.ts'
import { Button, Row, Select } from './controls.tsx'
import { Empty } from './empty.tsx'
import { Parameters } from './parameters.tsx'
import { Rail } from './rail.tsx'
import { Ring } from './ring.tsx'
import { duration } from './words.ts'

export function Features() {
  useEffect(followFeatures, [])
  return (
    <main class="work features">
      <Rail />
      <div class="stage">
        <FeatureTabs />
        {picture.value ? <Stages /> : <Empty />}
      </div>
      <aside class="inspector open-wide" aria-label="Parameters of the feature">
        <FeatureFacts />
      </aside>
    </main>
  )
}

function FeatureTabs() {
  return (
    <nav class="bar tags" aria-label="Features">
      {featureNames.value.map((name) => (
        <button
          key={name}
          type="button"
          class="tag"
          aria-current={name === featureName.value ? 'true' : undefined}
          onClick={() => (featureName.value = name)}
        >
          {name.replaceAll('-', ' ')}
        </button>
      ))}
    </nav>
  )
}

function Stages() {
  const { busy, result, failure } = featureRun.value
  return (
    <>
      <div class="run-line" aria-live="polite">
        {busy && (
          <>
            <Ring share={null} says="computing" />
            <Button onPress={cancelFeature}>Cancel</Button>
          </>
        )}
        {!busy && failure && <span class="failed-text">{failure}</span>}
        {!busy && !failure && result && (
          <span class="grey">
            {result.stages.length} {result.stages.length === 1 ? 'stage' : 'stages'} · {duration(result.ms)}
          </span>
        )}
      </div>
      <ol class={`stages ${busy ? 'stale' : ''}`}>
        {result?.stages.map((stage, i) => (
          <li key={stage.title}>
            <h3>
              <span class="grey">{i + 1}</span> {stage.title}
            </h3>
            <Bitmap bitmap={stage.bitmap} label={`${stage.title}: ${stage.caption}`} />
            <p class="caption">{stage.caption}</p>
          </li>
        ))}
      </ol>
    </>
  )
}

export function Bitmap({ bitmap, label }: { bitmap: ImageBitmap; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    canvas.current?.getContext('2d')?.drawImage(bitmap, 0, 0)
  }, [bitmap])
  return <canvas ref={canvas} width={bitmap.width} height={bitmap.height} role="img" aria-label={label} />
}

function FeatureFacts() {
  const info = featureInfo.value
  if (!info) return null
  const { result } = featureRun.value
  return (
    <>
      <section class="section">
        <h2>{info.title}</h2>
        <p>{info.question}</p>
        <p class="grey small">{info.reference}</p>
      </section>
      <section class="section">
        <h3>Parameters</h3>
        {info.images === 2 && (
          <Row name="second photo">
            {(id) => (
              <Select
                id={id}
                value={second.value?.id ?? ''}
                choices={images.value.map((one) => [one.id, one.name] as const)}
                onChange={(chosen) => (secondImage.value = chosen)}
              />
            )}
          </Row>
        )}
        <Parameters key={info.name} schema={info.options} values={featureOptions.value} onChange={setFeatureOptions} />
      </section>
      {result && (
        <section class="section">
          <h3>Result</h3>
          <pre class="mono result" tabIndex={0}>
            {result.json}
          </pre>
        </section>
      )}
    </>
  )
}
