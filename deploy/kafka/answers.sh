#!/usr/bin/env bash
# Whether the broker serves: it is asked for its API versions (request 18, version 0), which it answers only when it
# has started. Kafka's own tools would start a Java machine for each question.
set -eu
exec 3<>/dev/tcp/127.0.0.1/9092
printf '\0\0\0\012\0\022\0\0\0\0\0\001\377\377' >&3
# Length, the number of our question, error code 0.
answer=$(head -c 10 <&3 | od -An -v -tx1 | tr -d ' \n')
[[ $answer == ????????000000010000 ]]
