export function chromium(): string
export const flags: string[]
