// The two files of node-forge that are needed; the whole of it takes 28 ms to load and half a megabyte of the bundle.
declare module 'node-forge/lib/rc2.js' {
  import type forge from 'node-forge'

  const rc2: typeof forge.rc2
  export default rc2
}
declare module 'node-forge/lib/util.js' {
  import type forge from 'node-forge'

  const util: typeof forge.util
  export default util
}
