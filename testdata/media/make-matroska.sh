#!/usr/bin/env bash
# Makes the Matroska files of this folder again. Needs ffmpeg, mkvtoolnix and flac (Debian 12), and python3 for what no muxer
# writes. Another version of a muxer makes other bytes.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

ffmpeg=(ffmpeg -y -hide_banner -loglevel error)
# Stands before an output, so that it is the same every time.
exact=(-bitexact -fflags +bitexact)
video=(-f lavfi -i testsrc2=size=128x96:rate=25:duration=2)
audio=(-f lavfi -i sine=frequency=440:sample_rate=48000:duration=2)
x264=(-c:v libx264 -preset ultrafast -crf 40 -g 13 -bf 2 -threads 1 -flags:v +bitexact)
aac=(-c:a aac -b:a 32k -flags:a +bitexact)
mkvmerge=(mkvmerge --quiet --deterministic pagecut --no-date)

# Several clusters with CRC-32 elements, Cues at the end.
"${ffmpeg[@]}" "${video[@]}" "${audio[@]}" "${x264[@]}" "${aac[@]}" -cluster_time_limit 300 \
  -metadata title="A title" -metadata:s:a:0 language=ger "${exact[@]}" clusters.mkv
# Cues at the front, and the Void element that is left of their room.
"${ffmpeg[@]}" -i clusters.mkv -c copy -cluster_time_limit 500 -reserve_index_space 400 "${exact[@]}" cues_front.mkv
# A Segment without a size, and no Cues.
"${ffmpeg[@]}" -i clusters.mkv -c copy -cluster_time_limit 500 -f matroska -live 1 "${exact[@]}" - > live.mkv
# Clusters without sizes too.
python3 matroska.py unknown_sizes live.mkv unknown_sizes.mkv
# WebM.
"${ffmpeg[@]}" "${video[@]}" "${audio[@]}" -c:v libvpx-vp9 -b:v 40k -deadline realtime -cpu-used 8 -threads 1 \
  -c:a libopus -b:a 16k "${exact[@]}" vp9_opus.webm

# Audio only; mkvmerge puts several frames into a block.
"${ffmpeg[@]}" "${audio[@]}" "${exact[@]}" "$work/a.wav"
flac --totally-silent -f -8 -b 1152 --no-seektable -o "$work/a.flac" "$work/a.wav"
"${mkvmerge[@]}" -o flac_laced.mka "$work/a.flac"
"${ffmpeg[@]}" -i "$work/a.wav" -c:a libmp3lame -b:a 32k -ar 24000 -ac 1 "${exact[@]}" "$work/a.mp3"
"${mkvmerge[@]}" -o mp3_laced.mka "$work/a.mp3"
"${ffmpeg[@]}" -i "$work/a.wav" -c:a ac3 -b:a 32k -ac 1 -t 1 "${exact[@]}" "$work/a.ac3"
"${mkvmerge[@]}" -o ac3_laced.mka "$work/a.ac3"
# Every kind of lacing.
python3 matroska.py lacing lacing.mka

# The bytes that all frames begin with are put into the track. (mkvmerge 74 does that with other bytes in the frames each time.)
"${ffmpeg[@]}" "${video[@]}" -c:v mpeg4 -q:v 31 -g 13 -threads 1 -flags:v +bitexact "${exact[@]}" "$work/v.avi"
python3 matroska.py stripped "$work/v.avi" stripped.mkv

# BlockGroups with references and durations, attachments, chapters, tags, compressed subtitles.
printf '1\n00:00:00,100 --> 00:00:00,900\nFirst line\n\n2\n00:00:01,000 --> 00:00:01,800\nSecond line\n' > "$work/s.srt"
cat > "$work/chapters.xml" <<XML
<?xml version="1.0"?>
<Chapters><EditionEntry><EditionUID>11</EditionUID>
<ChapterAtom><ChapterUID>21</ChapterUID><ChapterTimeStart>00:00:00</ChapterTimeStart><ChapterTimeEnd>00:00:01</ChapterTimeEnd>
<ChapterDisplay><ChapterString>One</ChapterString><ChapterLanguage>eng</ChapterLanguage></ChapterDisplay>
<ChapterAtom><ChapterUID>22</ChapterUID><ChapterTimeStart>00:00:00.5</ChapterTimeStart>
<ChapterDisplay><ChapterString>Half</ChapterString><ChapterLanguage>eng</ChapterLanguage></ChapterDisplay></ChapterAtom></ChapterAtom>
<ChapterAtom><ChapterUID>23</ChapterUID><ChapterTimeStart>00:00:01</ChapterTimeStart>
<ChapterDisplay><ChapterString>Zwei</ChapterString><ChapterLanguage>ger</ChapterLanguage></ChapterDisplay></ChapterAtom>
</EditionEntry></Chapters>
XML
cat > "$work/tags.xml" <<XML
<?xml version="1.0"?>
<Tags><Tag><Targets><TargetTypeValue>50</TargetTypeValue><TargetType>MOVIE</TargetType></Targets>
<Simple><Name>ARTIST</Name><String>Somebody</String><Simple><Name>URL</Name><String>http://example.org/</String></Simple></Simple>
<Simple><Name>DATE_RELEASED</Name><String>2026</String></Simple></Tag></Tags>
XML
printf 'A note.\n' > "$work/note.txt"
"${mkvmerge[@]}" --engage no_simpleblocks --cluster-length 400ms --chapters "$work/chapters.xml" --global-tags "$work/tags.xml" \
  --attachment-mime-type text/plain --attachment-description "a note" --attach-file "$work/note.txt" \
  --attachment-mime-type video/x-matroska --attachment-name inner.mkv --attach-file unknown_sizes.mkv \
  -o groups.mkv clusters.mkv --compression 0:zlib "$work/s.srt"
