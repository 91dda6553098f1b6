#!/usr/bin/env bash
# Makes the files of `mp4` again, with ffmpeg and Python. What they are: README.md.
set -euo pipefail
cd "$(dirname "$0")/mp4"

F='ffmpeg -y -hide_banner -loglevel error -bitexact -fflags +bitexact'
V='-f lavfi -i testsrc2=size=64x48:rate=25:duration=2'
A='-f lavfi -i sine=frequency=440:sample_rate=8000:duration=2'
X='-c:v libx264 -preset ultrafast -g 20 -bf 2 -flags:v +bitexact -threads 1'
C='-c:a aac -b:a 16k -flags:a +bitexact'

$F $V $A $X $C -movflags +faststart faststart.mp4
$F $V $A $X $C moov_last.mp4
$F $V $A $X $C -movflags +negative_cts_offsets negative_offsets.mp4
$F $V $A $X -c:a pcm_s16le pcm.mov
$F $A -ac 2 -c:a adpcm_ima_qt ima4.mov
$F $A $C aac.mov
$F $V -itsoffset 0.5 $A $X $C delayed_sound.mp4

# The three rules for the base of data offsets, and what goes with them.
$F $V $A $X $C -movflags frag_keyframe+empty_moov+default_base_moof fragmented.mp4
$F $V $A $X $C -movflags frag_keyframe+empty_moov fragmented_absolute.mp4
$F $V $A $X $C -movflags frag_keyframe+empty_moov+omit_tfhd_offset fragmented_implicit.mp4
$F $V $A $X $C -movflags frag_keyframe+empty_moov+default_base_moof -frag_interleave 2 fragmented_interleaved.mp4
$F $V $A $X $C -movflags frag_keyframe+empty_moov+default_base_moof+separate_moof fragmented_separate.mp4
$F $V $A $X $C -movflags frag_every_frame+empty_moov+default_base_moof fragmented_every_frame.mp4
$F $V $A $X $C -movflags frag_keyframe+delay_moov+default_base_moof+global_sidx fragmented_indexed.mp4
$F $V $A $X $C -movflags cmaf cmaf.mp4
$F $V $A $X $C -movflags frag_keyframe mixed.mp4

# Other codings.
$F $V -c:v libx265 -preset ultrafast -x265-params log-level=none:info=0 -tag:v hvc1 -t 0.4 hevc.mp4
$F $V -c:v libaom-av1 -cpu-used 8 -t 0.4 av1.mp4
$F $V $A -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus -b:a 16k -t 0.4 vp9_opus.mp4
$F $A -ar 16000 -c:a libmp3lame -b:a 16k -t 0.4 mp3.mp4
printf '1\n00:00:00,000 --> 00:00:01,000\nHello\n\n2\n00:00:01,200 --> 00:00:02,000\nWorld\n' |
  $F -f srt -i - -c:s mov_text text.mp4

python3 ../make-mp4.py
