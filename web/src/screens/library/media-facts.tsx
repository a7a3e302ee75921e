import { Fragment } from "preact";
import { isVideo, type Media } from "../../data/contents";
import { t } from "../../i18n";
import { bytes, duration, number } from "../../i18n/format";
import { shapeOf } from "./ratio";

const CODECS: Readonly<Record<string, string>> = {
  h264: "H.264",
  h265: "H.265",
  vp8: "VP8",
  vp9: "VP9",
  av1: "AV1",
  aac: "AAC",
  opus: "Opus",
  vorbis: "Vorbis",
};

/** What was read from the file's real bytes, in words. What is not known has no line. */
export function MediaFacts({ media }: { media: Media }) {
  return (
    <dl class="facts small">
      {factsOf(media).map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

/** The few that tell files apart: "MP4 · 720 × 1,280 · 0:04". */
export function mediaInShort(media: Media): string {
  const parts = [
    t.uploads.formats[media.media_type],
    pixels(media),
    media.duration_ms ? duration(media.duration_ms) : bytes(media.byte_size),
  ];
  return parts.filter(Boolean).join(" · ");
}

function factsOf(media: Media): [name: string, value: string][] {
  const words = t.library.facts;
  const facts: [string, string | undefined][] = [
    [words.format, t.uploads.formats[media.media_type]],
    [words.size, bytes(media.byte_size)],
    [words.pixels, pixels(media)],
    [words.shape, shape(media)],
    [words.length, media.duration_ms ? duration(media.duration_ms) : undefined],
    [words.video, picture(media)],
    [words.sound, isVideo(media) ? sound(media) : undefined],
  ];
  return facts.filter((fact): fact is [string, string] => Boolean(fact[1]));
}

function pixels({ width, height }: Media): string | undefined {
  return width && height ? t.library.facts.pixelsOf(number(width), number(height)) : undefined;
}

function shape({ width, height }: Media): string | undefined {
  if (!width || !height) return undefined;
  const { ratio, form } = shapeOf(width, height);
  return form === "square" ? t.library.facts.square : t.library.facts[form](ratio);
}

function picture({ video_codec, frame_rate, bit_rate }: Media): string | undefined {
  const words = t.library.facts;
  return joined([
    video_codec && (CODECS[video_codec] ?? video_codec),
    frame_rate && words.frames(number(frame_rate)),
    bit_rate && words.bitRate(number(Math.round(bit_rate / 1e5) / 10)),
  ]);
}

function sound({ audio_codec, audio_sample_rate, audio_channels }: Media): string {
  const words = t.library.facts;
  const known = joined([
    audio_codec && (CODECS[audio_codec] ?? audio_codec),
    audio_sample_rate && words.sampleRate(number(audio_sample_rate / 1000)),
    audio_channels && channels(audio_channels),
  ]);
  return known ?? words.silent;
}

function channels(count: number): string {
  if (count === 1) return t.library.facts.mono;
  return count === 2 ? t.library.facts.stereo : t.library.facts.channels(number(count));
}

function joined(parts: (string | number | null | undefined)[]): string | undefined {
  return parts.filter(Boolean).join(", ") || undefined;
}
