/** The head line: the model, the views, and what concerns the whole page. */

import { model, models, opening } from '../state/models.ts'
import { dialog, sheetOpen, theme, type View, view, views } from '../state/page.ts'
import { stopEngine } from '../state/run.ts'
import { IconButton } from './controls.tsx'
import { Icon, Logo } from './icons.tsx'

const names: Readonly<Record<View, string>> = {
  explain: 'Explain',
  layers: 'Layers',
  gallery: 'Gallery',
  features: 'Features',
}

export function Head() {
  return (
    <header class="head">
      <div class="head-left">
        <h1 class="logo">
          <Logo />
          <span>fovea</span>
        </h1>
        <ModelButton />
        {opening.value && models.value.length > 0 && (
          <IconButton icon="close" label={`Do not open ${opening.value}`} onPress={stopEngine} />
        )}
      </div>
      <nav aria-label="Views">
        <div class="segments">
          {views.map((name) => (
            <button
              key={name}
              type="button"
              aria-current={view.value === name ? 'page' : undefined}
              onClick={() => (view.value = name)}
            >
              {names[name]}
            </button>
          ))}
        </div>
      </nav>
      <div class="head-right">
        {view.value === 'explain' && (
          <IconButton
            icon="sliders"
            class="sheet-button"
            label="Parameters and reading"
            pressed={sheetOpen.value}
            onPress={() => (sheetOpen.value = !sheetOpen.value)}
          />
        )}
        <button type="button" class="button take" aria-label="Take away" onClick={() => (dialog.value = 'take')}>
          <Icon name="take" />
          <span class="wide-only">Take away</span>
        </button>
        <ThemeButton />
        <IconButton icon="help" label="Keyboard and help (?)" onPress={() => (dialog.value = 'help')} />
      </div>
    </header>
  )
}

function ModelButton() {
  const shown = opening.value ?? model.value?.name ?? 'no model'
  return (
    <button type="button" class="model-button" onClick={() => (dialog.value = 'model')}>
      <span class="hidden-text">Model</span>
      <strong class="cut">{shown}</strong>
      {opening.value ? <span class="grey wide-only">opening …</span> : <Facts />}
      <Icon name="down" />
    </button>
  )
}

function Facts() {
  if (!model.value) return null
  const { inspection, classes } = model.value
  const { height, width } = inspection.picture
  return (
    <span class="grey cut wide-only">
      {classes > 0 ? `${classes} classes · ` : ''}
      {height} × {width}
    </span>
  )
}

function ThemeButton() {
  const dark = theme.value === 'dark' || (theme.value === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)
  return (
    <IconButton
      icon={dark ? 'sun' : 'moon'}
      label={dark ? 'Light theme' : 'Dark theme'}
      onPress={() => (theme.value = dark ? 'light' : 'dark')}
    />
  )
}
