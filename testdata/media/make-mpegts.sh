#!/usr/bin/env bash
# Makes the files of `mpegts` again, with ffmpeg and Python. What they are: README.md.
set -euo pipefail
cd "$(dirname "$0")/mpegts"

F='ffmpeg -y -hide_banner -loglevel error -bitexact -fflags +bitexact'
V='-f lavfi -i testsrc2=size=64x48:rate=25:duration=2'
A='-f lavfi -i sine=frequency=440:sample_rate=8000:duration=2'
X='-c:v libx264 -preset ultrafast -g 20 -bf 2 -flags:v +bitexact -threads 1'
C='-c:a aac -b:a 16k -flags:a +bitexact'
T='-f mpegts -mpegts_flags +resend_headers'

$F $V $A $X $C -metadata:s:a:0 language=deu $T av.ts
$F $V $A $X $C -f mpegts -mpegts_m2ts_mode 1 av.m2ts
$F $V $A $A -map 0:v -map 1:a -map 2:a -c:v mpeg2video -threads 1 -flags:v +bitexact -b:v 100k -c:a:0 aac -c:a:1 mp2 -ar:a:1 16000 -b:a 16k -flags:a +bitexact \
  -program program_num=7:title=First:st=0:st=1 -program program_num=9:title=Second:st=2 -muxrate 300k -t 1 $T two_programs.ts
$F $V $A $X $C -output_ts_offset 95442.7 -muxdelay 0 $T wrap.ts
$F $V $A -c:v libx265 -preset ultrafast -x265-params log-level=none:info=0 -c:a ac3 -b:a 32k -t 0.4 $T hevc_ac3.ts

python3 ../make-mpegts.py
