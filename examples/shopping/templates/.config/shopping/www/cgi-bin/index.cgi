#!/bin/busybox sh
# What is asked for at /, since there is no index.html. Names of things hold nothing that means something in HTML.
printf 'Content-Type: text/html; charset=utf-8\r\n\r\n'
busybox cat <<'PAGE'
<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width">
<title>Shopping</title>
<h1>What we need</h1>
<form method="post" action="/cgi-bin/change"><input name="need" autofocus> <button>Add</button></form>
<form method="post" action="/cgi-bin/change">
<ul>
PAGE
for file in /list/*; do
  [ ! -e "$file" ] || echo "<li>${file#/list/} <button name=\"have\" value=\"${file#/list/}\">Have it</button>"
done
echo '</ul></form>'
