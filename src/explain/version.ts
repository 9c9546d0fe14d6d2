/** Fovea's version, as certificates and compiled files state it; a test holds it equal to package.json's. */
export const version = '0.1.0'
