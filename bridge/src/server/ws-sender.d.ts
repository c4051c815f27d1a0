import "ws";

/** What ws exports beside its types: https://github.com/websockets/ws/blob/master/lib/sender.js */
declare module "ws" {
  interface Framing {
    readonly fin: boolean;
    readonly rsv1: boolean;
    readonly opcode: number;
    readonly mask: boolean;
    /** Whether `data` must be left as it is. */
    readonly readOnly: boolean;
  }

  export const Sender: {
    /** The pieces of one frame. From a server to a client they need no mask and are the same for all. */
    frame(data: Buffer, options: Framing): Buffer[];
  };
}
