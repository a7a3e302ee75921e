import { counted } from "../format";

export const uploads = {
  title: "Uploads",
  steps: {
    queued: "Waiting for its turn",
    reading: "Reading the file",
    sending: "Uploading",
    judging: "Looking at what arrived",
    ready: "Ready",
    refused: "Refused",
    failed: "Stopped",
  },
  waiting: {
    connection: "Waiting for your connection. It goes on by itself.",
    retry: "No answer. Trying again in a moment.",
  },
  sentOf: (sent: string, size: string) => `${sent} of ${size}`,
  progress: (name: string) => `Upload of ${name}`,
  cancel: (name: string) => `Cancel the upload of ${name}`,
  again: (name: string) => `Try ${name} again`,
  dismiss: (name: string) => `Remove ${name} from this list`,
  active: (count: number) => `Uploading ${counted(count, "file", "files")}`,
  attention: (count: number) => `${counted(count, "upload needs", "uploads need")} you`,
  finished: "All uploads are done",
  wrongType: (types: string) => `This kind of file cannot be published. Use ${types}.`,
  emptyFile: "The file is empty. Choose another one.",
  imageTooLarge: (most: string) => `An image may have ${most}. Export it smaller.`,
  videoTooLarge: (most: string) => `A video may have ${most}. Export it smaller, or cut it shorter.`,
  fileChanged: {
    title: "The file was changed meanwhile",
    detail: "What was sent is not what was announced, so nothing was kept. Choose the file again.",
  },
  fileUnreadable: {
    title: "The file cannot be read",
    detail: "It was moved, changed or deleted since you chose it. Choose it again.",
  },
  untitled: "Untitled",
  formats: {
    "image/jpeg": "JPEG",
    "image/webp": "WebP",
    "video/mp4": "MP4",
    "video/quicktime": "MOV",
    "video/webm": "WebM",
  },
} as const;
