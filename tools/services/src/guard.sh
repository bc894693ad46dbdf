# Runs one server and sees to its end, however its owner ends.
#
#   sh -c "$(cat guard.sh)" guard FOLDER TEMPLATE STOP COMMAND...
#
# TEMPLATE, when not empty, is copied to FOLDER/data before COMMAND starts. The first line of standard output is
# the server's process id; what the server prints goes to standard error.
#
# The owner holds the other end of standard input and never writes to it. The end of that file means that the
# owner closed it, or is gone: at its end, by Ctrl-C, by KILL. Then STOP is run until the server has ended, and
# FOLDER is removed. No signal handler in the owner could do this after a KILL.
folder=$1 template=$2 stop=$3
shift 3

exec 3<&0 </dev/null

(
  if [ -n "$template" ]; then cp -a "$template" "$folder/data" || exit 1; fi
  exec "$@"
) 3<&- >&2 &
server=$!
echo "$server"

stop_until_ended() {
  for _ in 1 2 3 4 5; do
    eval "$stop"
    sleep 1
  done
  kill -s KILL "$server"
}

(
  while read -r _ <&3; do :; done
  stop_until_ended
) >/dev/null 2>&1 &

# A signal meant for the owner's process tree may come here too, and must not leave the server behind.
trap 'stop_until_ended >/dev/null 2>&1 &' HUP INT TERM

# The shell would report a killed server in the server's own log.
wait "$server" 2>/dev/null
status=$?
# A trapped signal ends `wait` early.
while kill -0 "$server" 2>/dev/null; do
  wait "$server" 2>/dev/null
  status=$?
done

# The guard leads a process group of its own: what is left of it (the reader above, a copy that was cut short)
# goes before the folder does.
trap '' TERM
kill -s TERM 0
rm -rf "$folder" || { sleep 1; rm -rf "$folder"; }
exit "$status"
