/** Files that webpack copies to the output; the import is their URL. */
declare module "*.svg" {
  const url: string;
  export default url;
}
declare module "*.css";
