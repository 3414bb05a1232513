/** A worker as text in the module itself, so that it starts whatever server the module comes from. */
declare module "*?worker&inline" {
  const made: new () => Worker;
  export default made;
}
