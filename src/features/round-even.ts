/** 1.5 * 2^52: a double of this size has no fraction bits, so that adding it rounds half to even. */
export const magic = 6755399441055744

/** To the nearest whole number, halves to the even one, as IEEE 754 and OpenCV round; |value| <= 2^51. */
export const roundEven = (value: number): number => value + magic - magic
