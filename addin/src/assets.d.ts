/** webpack copies these files to the output and exports their URL. */
declare module "*.svg" {
  const url: string;
  export default url;
}
declare module "*.css";
