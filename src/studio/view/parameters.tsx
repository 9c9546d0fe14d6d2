/** Controls drawn from a schema of options: whatever the catalogue of methods or features holds. */

import type { Option, OptionSchema, Options } from '../../explain/index.ts'
import { Row, Segments, Select, Slider, Switch, TextField } from './controls.tsx'

type Scalar = Option['default']

export function Parameters(props: { schema: OptionSchema; values: Options; onChange: (values: Options) => void }) {
  const { schema, values, onChange } = props
  const entries = Object.entries(schema)
  if (entries.length === 0) return <p class="grey small">It has no parameters.</p>
  const changed = entries.some(([name, { default: usual }]) => (values[name] ?? usual) !== usual)
  return (
    <>
      {entries.map(([name, option]) => (
        <Row key={name} name={name} says={option.describe}>
          {(id) => (
            <Control
              id={id}
              name={name}
              option={option}
              value={values[name] ?? option.default}
              onChange={(value) => onChange({ ...values, [name]: value })}
            />
          )}
        </Row>
      ))}
      {changed && (
        <button type="button" class="button" onClick={() => onChange({})}>
          Back to the defaults
        </button>
      )}
    </>
  )
}

interface ControlProps {
  id: string
  name: string
  option: Option & { readonly whole?: boolean }
  value: Scalar
  onChange: (value: Scalar) => void
}

function Control({ id, name, option, value, onChange }: ControlProps) {
  const { choices, min, max } = option
  if (choices) {
    const texts = choices.map(String)
    const pick = (text: string) => onChange(choices[texts.indexOf(text)] as Scalar)
    if (texts.length <= 3 && texts.join('').length <= 14)
      return (
        <Segments label={name} full value={String(value)} choices={texts.map((text) => [text, text])} onChange={pick} />
      )
    return <Select id={id} value={String(value)} choices={texts} onChange={pick} />
  }
  if (typeof option.default === 'boolean') return <Switch id={id} on={value === true} onChange={onChange} />
  if (typeof option.default === 'number' && min !== undefined && max !== undefined)
    return (
      <Slider
        id={id}
        label={name}
        value={Number(value)}
        min={min}
        max={max}
        step={stepOf(option)}
        onChange={onChange}
      />
    )
  if (typeof option.default === 'number')
    return <NumberField id={id} option={option} value={Number(value)} onChange={onChange} />
  return <TextField id={id} value={String(value)} onChange={onChange} />
}

function NumberField(props: {
  id: string
  option: ControlProps['option']
  value: number
  onChange: (value: number) => void
}) {
  const { option, value, onChange } = props
  return (
    <input
      id={props.id}
      class="field"
      type="number"
      min={option.min}
      max={option.max}
      step={option.whole || isWhole(option) ? 1 : 'any'}
      value={value}
      onChange={(event) => {
        const typed = event.currentTarget.valueAsNumber
        if (Number.isFinite(typed)) onChange(Math.min(option.max ?? Infinity, Math.max(option.min ?? -Infinity, typed)))
      }}
    />
  )
}

/** A number that is whole by default and in its bounds is taken to be a count. */
const isWhole = ({ default: usual, min = 0, max = 0 }: Option) =>
  [usual, min, max].every(Number.isInteger) && (Number(usual) > 1 || Number(max) > 2)

function stepOf(option: ControlProps['option']): number {
  const { min = 0, max = 1 } = option
  if (option.whole || isWhole(option)) return 1
  return 10 ** Math.floor(Math.log10((max - min) / 100))
}
