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
            {result.note && ` · ${result.note}`}
            {featureInfo.value?.click && ' · click the first picture to choose a place'}
          </span>
        )}
      </div>
      <ol class={`stages ${busy ? 'stale' : ''}`}>
        {result?.stages.map((stage, i) => (
          <li key={stage.title}>
            <h3>
              <span class="grey">{i + 1}</span> {stage.title}
            </h3>
            <Bitmap
              bitmap={stage.bitmap}
              label={`${stage.title}: ${stage.caption}`}
              onPoint={i === 0 ? pointed : undefined}
            />
            <p class="caption">{stage.caption}</p>
          </li>
        ))}
      </ol>
    </>
  )
}

/** A click on the photograph sets the two options that say where. */
function pointed(across: number, down: number): void {
  const click = featureInfo.value?.click
  const photo = picture.value?.image
  if (!click || !photo) return
  const at = (share: number, size: number) => (click.unit === 'part' ? share : Math.floor(share * size))
  const place = { [click.x]: at(across, photo.width), [click.y]: at(down, photo.height) }
  setFeatureOptions({ ...featureOptions.value, ...place })
}

function Bitmap(props: {
  bitmap: ImageBitmap
  label: string
  onPoint?: ((across: number, down: number) => void) | undefined
}) {
  const { bitmap, label, onPoint } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    canvas.current?.getContext('2d')?.drawImage(bitmap, 0, 0)
  }, [bitmap])
  const click = (event: MouseEvent) => {
    const box = canvas.current?.getBoundingClientRect()
    if (box) onPoint?.((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height)
  }
  return (
    <canvas ref={canvas} width={bitmap.width} height={bitmap.height} role="img" aria-label={label} onClick={click} />
  )
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
          <Row name="second photo" says={info.second}>
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
