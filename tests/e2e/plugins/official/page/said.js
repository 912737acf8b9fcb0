/** A list of what was heard; a line with a name takes the place of that before it. */
function say(text, name) {
  const list = document.getElementById('said');
  const line = (name && document.getElementById(name)) || document.createElement('li');
  if (name) line.id = name;
  line.textContent = text;
  list.append(line);
}
