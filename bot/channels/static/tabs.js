// Pages of ours in other tabs: whoever leaves one in a hurry wants none of them found open.

// Not every browser has channels, and some refuse them in another site's frame: then each page leaves alone.
function open() {
  try {
    return new BroadcastChannel("leave");
  } catch {
    return null;
  }
}
const channel = open();

export const tellTabs = () => channel?.postMessage("leave");

export function whenTold(leave) {
  if (channel) channel.onmessage = leave;
}
