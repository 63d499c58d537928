// Posts the authorization response to the TPP. The page's button does the same where scripts do not run.
document.getElementById("form-post").submit();
