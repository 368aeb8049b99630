// Logout goes on to the login provider by itself; without JavaScript there is a button.

document.getElementById("fortsett")?.requestSubmit();
