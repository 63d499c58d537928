// Counts down what the page says in words where scripts do not run, and leaves when the time is over; the server decides
// that it is. (No Refresh header: programs that wait for one would wait for minutes before they read the page.)
const timer = document.getElementById("timer");
const line = document.getElementById("timer-text");
const warning = document.getElementById("timer-warning");
const end = performance.now() + 1000 * Number(timer.dataset.seconds);
let said = Infinity;
function show() {
  const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
  const clock = Math.floor(left / 60) + ":" + String(left % 60).padStart(2, "0");
  line.textContent = timer.dataset.words.replace("{0}", clock);
  timer.classList.toggle("soon", left <= 60);
  // Said aloud twice, not every second.
  for (const mark of [60, 20]) {
    if (left <= mark && said > mark) {
      said = mark;
      warning.textContent = timer.dataset.warning.replace("{0}", String(left));
    }
  }
  if (left > 0) setTimeout(show, 250);
  else setTimeout(() => location.replace(timer.dataset.expired), 1000);
}
show();
