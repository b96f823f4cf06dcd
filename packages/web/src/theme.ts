import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core'

const sea: MantineColorsTuple = ['#edf7f5', '#d6ebe7', '#aed7d0', '#82c2b8', '#57aa9f', '#2f9286', '#167d73', '#0f766e', '#0c5f59', '#0a4b47']
const gray: MantineColorsTuple = ['#faf9f7', '#f4f2ef', '#eae7e2', '#dcd8d1', '#c4bfb6', '#a19b91', '#6e685f', '#575249', '#3b3732', '#25221f']
const dark: MantineColorsTuple = ['#dedbd6', '#c3bfb8', '#a39e96', '#817b73', '#4b4743', '#393633', '#2c2a27', '#201f1d', '#191817', '#121110']
const amber: MantineColorsTuple = ['#fdf6e7', '#faeacb', '#f4d498', '#edbc61', '#e5a434', '#d18b16', '#b2720c', '#925c0c', '#744912', '#5c3b13']
const red: MantineColorsTuple = ['#fdf1f0', '#fadfdc', '#f3bcb6', '#ea958c', '#e06d62', '#d04a3e', '#bd3529', '#a02b21', '#82251d', '#6a211b']

export const theme = createTheme({
  primaryColor: 'sea',
  primaryShade: { light: 7, dark: 6 },
  colors: { sea, gray, dark, amber, red },
  black: '#25221f',
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, monospace",
  fontSizes: { xs: '0.75rem', sm: '0.875rem', md: '0.9375rem', lg: '1.0625rem', xl: '1.25rem' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '1.25' },
      h2: { fontSize: '1.125rem', lineHeight: '1.35' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.4' },
    },
  },
  defaultRadius: 'md',
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '12px', xl: '18px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  shadows: {
    xs: '0 1px 2px rgb(37 34 31 / 6%)',
    sm: '0 1px 3px rgb(37 34 31 / 8%), 0 1px 2px rgb(37 34 31 / 4%)',
    md: '0 4px 14px rgb(37 34 31 / 9%), 0 1px 3px rgb(37 34 31 / 6%)',
    lg: '0 12px 32px rgb(37 34 31 / 14%), 0 2px 6px rgb(37 34 31 / 6%)',
    xl: '0 24px 60px rgb(37 34 31 / 20%)',
  },
  components: {
    Button: { defaultProps: { fw: 550 } },
    InputWrapper: { styles: { label: { marginBottom: 5, fontSize: '0.875rem', fontWeight: 550 } } },
    Tooltip: { defaultProps: { openDelay: 350, transitionProps: { duration: 100 }, withArrow: false, events: { hover: true, focus: true, touch: false } } },
    Menu: { defaultProps: { shadow: 'md', transitionProps: { duration: 100 }, withInitialFocusPlaceholder: false } },
    Modal: {
      defaultProps: { transitionProps: { duration: 120 }, centered: true, radius: 'lg', overlayProps: { backgroundOpacity: 0.38 } },
      styles: { title: { fontSize: '1.0625rem', fontWeight: 620, letterSpacing: '-0.01em' } },
    },
    Drawer: {
      defaultProps: { transitionProps: { duration: 140 }, overlayProps: { backgroundOpacity: 0.38 } },
      styles: { title: { fontSize: '1.0625rem', fontWeight: 620, letterSpacing: '-0.01em' } },
    },
    Popover: { defaultProps: { shadow: 'md', transitionProps: { duration: 100 } } },
  },
})

/**
 * Our own tokens, the same names in both schemes. `canvas` is the desk behind everything, `surface` the sheets on it,
 * `sunken` quiet areas inside a sheet, `hover` and `selected` rows; `bubble-*` messages; `note` private notes.
 */
const lightTokens = {
  '--mantine-color-body': '#ffffff',
  '--mantine-color-dimmed': '#6b655c',
  '--mantine-color-default-border': '#ddd9d2',
  '--mantine-color-placeholder': '#79736a',
  '--mantine-color-error': '#bd3529',
  '--at-canvas': '#f6f4f1',
  '--at-surface': '#ffffff',
  '--at-sunken': '#faf9f7',
  '--at-raised': '#ffffff',
  '--at-hover': '#f4f2ef',
  '--at-selected': '#e9f3f1',
  '--at-line': '#e9e6e1',
  '--at-line-strong': '#d6d1c9',
  '--at-text': '#25221f',
  '--at-text-soft': '#57524a',
  '--at-text-faint': '#6e685f',
  '--at-accent': '#0f766e',
  '--at-accent-text': '#0c5f59',
  '--at-accent-soft': '#e3f1ee',
  '--at-waiting': '#8a5608',
  '--at-waiting-soft': '#fdf3df',
  '--at-harm': '#b03026',
  '--at-harm-soft': '#fdf1f0',
  '--at-good': '#0c6b54',
  '--at-good-soft': '#e4f4ee',
  '--at-bubble-in': '#ffffff',
  '--at-bubble-out': '#dff0ec',
  '--at-note': '#fdf3cf',
  '--at-note-line': '#e9d48a',
  '--at-note-text': '#5c4a10',
  '--at-shadow': '0 1px 2px rgb(37 34 31 / 7%)',
}

const darkTokens = {
  '--mantine-color-body': '#201f1d',
  '--mantine-color-text': '#e6e3de',
  '--mantine-color-dimmed': '#a8a39b',
  '--mantine-color-default': '#2a2826',
  '--mantine-color-default-hover': '#33312e',
  '--mantine-color-default-border': '#413e3a',
  '--mantine-color-placeholder': '#8f8980',
  '--mantine-color-anchor': '#6fc0b4',
  '--mantine-color-error': '#f09a90',
  '--at-canvas': '#171615',
  '--at-surface': '#201f1d',
  '--at-sunken': '#1b1a18',
  '--at-raised': '#2a2826',
  '--at-hover': '#292725',
  '--at-selected': '#1f3531',
  '--at-line': '#312f2c',
  '--at-line-strong': '#45423e',
  '--at-text': '#e6e3de',
  '--at-text-soft': '#c0bbb3',
  '--at-text-faint': '#a09a92',
  '--at-accent': '#3fa497',
  '--at-accent-text': '#7ccabf',
  '--at-accent-soft': '#1d3330',
  '--at-waiting': '#efb95b',
  '--at-waiting-soft': '#38290f',
  '--at-harm': '#f09a90',
  '--at-harm-soft': '#3a211e',
  '--at-good': '#74cdaf',
  '--at-good-soft': '#1b332b',
  '--at-bubble-in': '#2b2927',
  '--at-bubble-out': '#1d3c37',
  '--at-note': '#3d3517',
  '--at-note-line': '#6b5c23',
  '--at-note-text': '#f0dfa3',
  '--at-shadow': '0 1px 2px rgb(0 0 0 / 35%)',
}

export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: lightTokens, dark: darkTokens })
